export const NotificationList = ({ notifications }) => <p>{notifications.length} notifications</p>;
